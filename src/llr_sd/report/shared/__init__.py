"""What every part of a report stands on: names and numbers in words, the canvas, bars, tables of text."""
