"""How the documentation is built: `./check docs`."""

from __future__ import annotations

import pkgutil

import kigen

project = "kigen"
author = "The kigen developers"
copyright = f"2026, {author}"
version = release = kigen.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "py:obj"  # `kigen.archives.open` in a docstring is a link
html_theme = "furo"
html_title = f"kigen {release}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_typehints = "signature"

# Every reference to something of kigen's must resolve; the standard library's and numpy's pages
# are not at hand when the docs are built without a network.
nitpick_ignore_regex = [("py:.*", r"(?!kigen\.).*")]


def _look_up(name):
    try:
        return pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return None


def _resolve(app, env, node, contnode):
    """Find what an annotation names by its private module, such as `kigen.fields.param.Param`.

    A name that is there but is not public, such as a type variable, stays plain text.
    """
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or not target.startswith("kigen."):
        return None
    found = _look_up(target)
    if found is None:
        return None
    domain = env.get_domain("py")
    for name, entry in domain.objects.items():
        if name.startswith("kigen.") and _look_up(name) is found:
            where = (node["refdoc"], app.builder, entry.objtype, name)
            return domain.resolve_xref(env, *where, node, contnode)
    return contnode


def _options_once(_app, _what, _name, obj, _options, lines):
    """Keep the options of the cache decorators in one place, that of `lru_cache`."""
    if isinstance(obj, type(kigen.lru_cache)) and obj is not kigen.lru_cache:
        lines[2:] = ["The options are those of `kigen.caching.lru_cache`.", ""]


def setup(app):
    """Sphinx calls this."""
    app.connect("autodoc-process-docstring", _options_once, priority=400)  # before napoleon
    app.connect("missing-reference", _resolve)
