"""What is said to whom and when: a catalogue of notices as data, and the pure planning over it."""
