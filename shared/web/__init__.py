"""One face for three services: tokens, templates, drawings, words and the page renderer."""
