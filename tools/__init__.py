"""Tools around the product: the demo, the tests and the generators. They import everything; nothing imports them."""
