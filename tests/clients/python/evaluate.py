"""Evaluates flags as an application does: with the stock OpenFeature SDK and its OFREP provider.

Reads one JSON object from standard input:
  {"url", "sdk_key", "evaluations": [{"flag", "kind", "fallback", "user", "attributes"}]}
and writes one JSON array with, for each evaluation and in their order:
  {"value", "type", "variant", "reason", "error"}
"""

import json
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext


def main() -> None:
    job = json.load(sys.stdin)
    headers = {"Authorization": f"Bearer {job['sdk_key']}"}
    api.set_provider(OFREPProvider(job["url"], headers_factory=lambda: headers))
    client = api.get_client()
    ask = {
        "boolean": client.get_boolean_details,
        "string": client.get_string_details,
        "integer": client.get_integer_details,
        "float": client.get_float_details,
        "json": client.get_object_details,
    }

    answers = []
    for evaluation in job["evaluations"]:
        context = EvaluationContext(
            targeting_key=evaluation.get("user"),
            attributes=evaluation.get("attributes", {}),
        )
        details = ask[evaluation["kind"]](evaluation["flag"], evaluation["fallback"], context)
        answers.append(
            {
                "value": details.value,
                "type": type(details.value).__name__,
                "variant": details.variant,
                "reason": details.reason,
                "error": details.error_code,
            }
        )
    json.dump(answers, sys.stdout)


main()
