"""Sphinx: the site of refquant. Tables and figures are made from the data before the pages are read (tables.py, figures.py)."""

import re
import sys
from pathlib import Path

from docutils import nodes

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import figures  # noqa: E402
import tables  # noqa: E402

import refquant  # noqa: E402

project = "refquant"
author = "the refquant authors"
version = release = refquant.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "_generated/*.md", "requirements.txt"]
templates_path = ["_templates"]
default_role = "code"
nitpicky = True
nitpick_ignore_regex = [("py:class", r"(?!refquant\.).*"), ("py:obj", r".*")]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = True
autosummary_ignore_module_all = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = "refquant"
html_static_path = ["_static"]
html_css_files = ["refquant.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "logo": {"text": "refquant"},
}
html_sidebars = {"index": [], "tutorial": []}
copyright = "the refquant authors, Apache-2.0"


def escape_bars(app, what, name, obj, options, lines):
    """Escape | outside code and outside examples: docstrings write |x - r| for a magnitude, which reStructuredText would read as a substitution."""
    for i, line in enumerate(lines):
        if line.strip() == "Examples":
            return
        parts = re.split(r"(``.*?``|`.*?`)", line)
        lines[i] = "".join(p if p.startswith("`") else p.replace("|", r"\|") for p in parts)


def strip_blocks(app, doctree):
    """Drop the empty last line of code blocks: an example that is tested ends with one before its fence."""
    for block in doctree.findall(nodes.literal_block):
        if block.rawsource == block.astext():
            text = block.astext().rstrip()
            block.rawsource, block[:] = text, [nodes.Text(text)]


def setup(app):
    """Make the tables and figures; register the hooks."""
    made = HERE / "_generated"
    made.mkdir(exist_ok=True)
    tables.write_all(made)
    figures.write_all(made)
    app.connect("autodoc-process-docstring", escape_bars, priority=100)
    app.connect("doctree-read", strip_blocks)
