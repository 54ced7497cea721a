"""Writes docs/settings.md: the settings, as the program itself knows them."""

from pathlib import Path

from fullhouse.options import knobs, settings_page
from fullhouse.settings import Settings

if __name__ == "__main__":
    page = settings_page(knobs(Settings.model_fields, "FULLHOUSE_"))
    Path("docs", "settings.md").write_text(page)
