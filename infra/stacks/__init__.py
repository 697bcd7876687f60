"""The stacks: they only compose, so that each reads like its part of the architecture diagram."""
