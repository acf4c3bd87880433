"""The tables of docs/deploy.md, made from what is deployed: ``python -m tests.support.infra.deploy_tables``."""

import json
import sys

from tests.support.infra.project import CHECKOUT
from tests.support.infra.role_checks import roles_table
from tests.support.infra.syntax_checks import parameters_table, regions_table

if __name__ == "__main__":
    regions = regions_table(json.loads(CHECKOUT.text("infra/regions.json")))
    sys.stdout.write(f"{regions}\n\n{parameters_table(CHECKOUT)}\n\n{roles_table()}\n")
