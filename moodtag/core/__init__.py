"""The words that every stage speaks. Imports nothing else of moodtag."""
