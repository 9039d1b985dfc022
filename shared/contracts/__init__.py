"""The vocabulary: every event of the product, declared once, plain pydantic data."""
