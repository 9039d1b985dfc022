"""An account: how a person signs in, and the sessions that their tokens belong to."""
