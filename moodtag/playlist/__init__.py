"""Words -> target -> ordered tracks -> the text of a playlist. Pure: nothing here reads a file or prints."""
