"""What hypothesis may draw for one moment of delivery."""

from hypothesis import strategies as st

Turn = tuple[str, str, str, str]
KIND = st.sampled_from(["heard", "heard", "heard", "personal", "personal", "unheard"])
KINDS = st.lists(KIND, min_size=1, max_size=5)
ENDINGS = st.sampled_from(["commit", "commit", "commit", "roll back", "hold"])
RELAY_FAULTS = st.sampled_from(["", "", "", "dies", "cut", "refused", "overtaken"])
TURNS = st.lists(
    st.tuples(
        st.sampled_from(["first", "first", "second", "second", "personal", "north", "south"]),
        st.sampled_from(["", "", "", "drop", "drop", "double", "shuffle", "garble", "silence"]),
        st.sampled_from(["", "", "", "", "killed", "killed after", "transient", "feed away"]),
        st.sampled_from([*[""] * 9, "other reader", "other reader", "inside", "inside", "wipe", "relay", "restore"]),
    ),
    min_size=1,
    max_size=3,
)
"""A reader, the bus's lie, its death, and who acts in the middle of its turn."""
FATES = st.sampled_from(["", "", "", "poison", "poison", "cure", "cure", "erase"])
