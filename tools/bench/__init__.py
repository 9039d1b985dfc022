"""./peyvand bench: each promise of speed measured against a named peer on the same machine, in the same minutes."""
