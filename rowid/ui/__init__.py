"""Helpers of the pages: what they ask of the engine, and how they show it."""
