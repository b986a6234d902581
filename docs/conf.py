"""How the documentation is built: `./check docs`."""

from __future__ import annotations

import kigen

project = "kigen"
author = "The kigen developers"
copyright = f"2026, {author}"
version = release = kigen.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
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


def _public_reference(app, env, node, contnode):
    """Let `kigen.fields.param.Param`, as annotations have it, find the documented name."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or not target.startswith("kigen."):
        return None
    domain = env.get_domain("py")
    for name in domain.objects:
        if name.startswith("kigen.") and name.rpartition(".")[2] == target.rpartition(".")[2]:
            found = domain.objects[name]
            return domain.resolve_xref(
                env, node["refdoc"], app.builder, found.objtype, name, node, contnode
            )
    return None


def setup(app):
    """Sphinx calls this."""
    app.connect("missing-reference", _public_reference)
