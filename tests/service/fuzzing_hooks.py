"""Loaded by schemathesis: it may not take away the key that it calls with, or all that follows would be refused."""

import os

import schemathesis

from tests.service.fuzzing import OWN_KEY

NO_KEY = "ic_live_000000000000"


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict) -> None:
    if case.path_parameters and case.path_parameters.get("key_id") == os.environ[OWN_KEY]:
        case.path_parameters["key_id"] = NO_KEY
