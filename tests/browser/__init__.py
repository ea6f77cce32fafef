"""The browser suite drives the real app in Chromium."""
