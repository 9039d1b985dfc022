"""The isolation run: 62 users of 31 provinces ask everything at random, and no answer may hold a neighbour's word."""
