"""The demo's mailbox: takes every e-mail and text message, and shows them instead of sending them anywhere."""
