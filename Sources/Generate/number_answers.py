"""The expected answer for a number: what the PyPI package `phonenumbers` says."""
from __future__ import annotations

from typing import Any, Dict

import phonenumbers
from phonenumbers import (NumberParseException, PhoneNumberFormat, PhoneNumberType,
                          re_util, timezone)

Answer = Dict[str, Any]
CORE = ("protocol", "parsed", "error", "e164", "valid", "type", "region", "zones")
FORMATS = ("international", "national", "extension")
ERRORS = {getattr(NumberParseException, name): name for name in (
    "INVALID_COUNTRY_CODE", "NOT_A_NUMBER", "TOO_SHORT_AFTER_IDD", "TOO_SHORT_NSN", "TOO_LONG")}

re_util.enable_pattern_cache()  # keep compiled patterns


def expected(region: str, text: str) -> Answer:
    """What `phonenumbers` says; exceptions other than a refusal pass through."""
    answer: Answer = {"input": text, "parsed": False, "error": None, "e164": None,
                      "international": None, "national": None, "extension": None,
                      "valid": False, "type": "UNKNOWN", "region": None, "zones": []}
    try:
        number = phonenumbers.parse(text, None if region == "ZZ" else region)
    except NumberParseException as refusal:
        answer["error"] = ERRORS[refusal.error_type]
        return answer
    answer.update(
        parsed=True,
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        international=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        national=phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        extension=number.extension or None,
        valid=phonenumbers.is_valid_number(number),
        type=PhoneNumberType.to_string(phonenumbers.number_type(number)),
        region=phonenumbers.region_code_for_number(number),
        zones=list(timezone.time_zones_for_number(number)))
    return answer
