"""The stack in containers: the engine, the images, and what `./peyvand up` and its neighbours do."""
