"""The import-linter contract by which pyproject.toml says what a package may import."""

import sys
from typing import Any, override

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyContract(Contract):
    """A package imports itself, the standard library and what is allowed, nothing else.

    The built-in contracts name what is forbidden; a list of what is allowed also catches
    the dependency that nobody thought of.
    """

    type_name = "only"

    # import-linter replaces the fields by what the configuration says.
    package: Any = fields.StringField()
    allowed: Any = fields.SetField(subfield=fields.StringField())

    @override
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        allowed = {self.package, *self.allowed, *sys.stdlib_module_names}
        strangers = [
            f"{module} imports {imported}"
            for module in sorted({self.package, *graph.find_descendants(self.package)})
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            if not any(f"{imported}.".startswith(f"{name}.") for name in allowed)
        ]
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    @override
    def render_broken_contract(self, check: ContractCheck) -> None:
        for stranger in check.metadata["strangers"]:
            output.print_error(stranger)
