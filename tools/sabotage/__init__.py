"""Testing the test: classic errors are planted one by one, and an aimed scenario must see each of them."""
