"""Tools around the product: the demo, the tests and the generators. They may import everything; nothing imports them."""
