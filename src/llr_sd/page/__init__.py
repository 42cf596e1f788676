"""Pages that work by themselves: ES modules, styles and data become one HTML file that asks nothing of a network."""
