"""The formulas that bench/validate/proof.py proves use all of the language."""

import importlib.util
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_proof_is_of_every_function_and_operator():
    spec = importlib.util.spec_from_file_location("proof", ROOT / "bench/validate/proof.py")
    proof = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(proof)
    formulas = [formula for _, formula, _, _ in proof.COMPLEX + proof.OTHERS]
    words = set(re.findall(r"[a-z_][a-z0-9_]*(?=\()", " ".join(formulas)))
    vocabulary = (ROOT / "src/ops/formula/vocabulary.cc").read_text()
    table = vocabulary[vocabulary.index("kFunctions[]"):vocabulary.index("kVariables[]")]
    functions = re.findall(r'\{"([a-z0-9]+)", "', table)
    assert len(functions) > 40
    assert [name for name in functions if name not in words] == []
    text = " ".join(formulas)
    for operator in ["+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not"]:
        assert f" {operator} " in text or re.search(rf"[a-z0-9)]{re.escape(operator)}[a-z0-9(]", text), operator
