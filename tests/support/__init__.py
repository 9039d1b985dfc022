"""What tests share: databases, actors, clocks, waiting."""
