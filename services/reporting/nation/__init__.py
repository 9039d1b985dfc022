"""The nation today: what headquarters' home says, and the same for one province."""
