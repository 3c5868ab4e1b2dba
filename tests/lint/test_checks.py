"""The checks themselves: a right tree passes, each kind of wrong one fails with its name.

Needs nothing but Python: python3 tests/lint/test_checks.py
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


def run(script: str, files: dict[str, str]) -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, SCRIPTS / script, folder], capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr


class Skipped(unittest.TestCase):
    """On a build folder of three tests, one of which needs a GPU."""

    def check(self, statuses, code, *words, must=()):
        with tempfile.TemporaryDirectory() as folder:
            build = pathlib.Path(folder)
            tests = [f'add_test("{name}" "true")\n' for name in statuses]
            (build / "CTestTestfile.cmake").write_text(
                "".join(tests) + 'set_tests_properties("OnGpu" PROPERTIES LABELS "gpu-slow")\n'
                + 'set_tests_properties("Proof" PROPERTIES LABELS "unit")\n', encoding="utf-8")
            cases = "".join(f'<testcase name="{n}" status="{s}"/>' for n, s in statuses.items())
            (build / "junit.xml").write_text(f"<testsuite>{cases}</testsuite>", encoding="utf-8")
            words_of_must = [word for name in must for word in ("--must", name)]
            done = subprocess.run([sys.executable, SCRIPTS / "check_skipped.py", build,
                                   *words_of_must], capture_output=True, text=True)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            for word in words:
                self.assertIn(word, done.stdout)

    def test_what_needs_a_gpu_may_be_skipped(self):
        self.check({"Proof": "run", "OnGpu": "notrun", "Other": "fail"}, 0, "0 offences; 1 tests",
                   must=["Proof"])

    def test_nothing_else_may(self):
        self.check({"Proof": "notrun", "OnGpu": "run"}, 1, "Proof: skipped", "1 offences")
        self.check({"Proof": "run", "OnGpu": "run", "Off": "disabled"}, 1, "Off: skipped")

    def test_reasons_are_told_each_once(self):
        with tempfile.TemporaryDirectory() as folder:
            def tell():
                done = subprocess.run([sys.executable, SCRIPTS / "check_skipped.py", folder, "--tell"],
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                return done.stdout

            self.assertEqual(tell(), "", "nothing was run")
            said = "<system-out>a_test.cc:9: Skipped\nno GPU here\n[ SKIPPED ]</system-out>"
            cases = "".join(f'<testcase name="{n}" status="notrun">{said}</testcase>' for n in "ab")
            cases += '<testcase name="c" status="run"><system-out>x: Skipped\ny</system-out></testcase>'
            cases += '<testcase name="d" status="disabled"/>'
            pathlib.Path(folder, "junit.xml").write_text(f"<testsuite>{cases}</testsuite>",
                                                         encoding="utf-8")
            self.assertEqual(tell(), "::: skipped 2: no GPU here\n::: skipped 1: no reason given\n")

    def test_what_must_run_has_to_be_there(self):
        self.check({"Proof": "run", "OnGpu": "run"}, 1, "Else: has to run", must=["Else"])
        self.check({"Proof": "notrun", "OnGpu": "run"}, 1, "Proof: has to run", must=["Proof"])
        self.check({"Proof": "fail", "OnGpu": "run"}, 0, must=["Proof"])


class Layers(unittest.TestCase):
    def check(self, files, code, *words):
        got, out = run("check_layers.py", files)
        self.assertEqual(got, code, out)
        for word in words:
            self.assertIn(word, out)

    def test_looking_down_and_aside_within_a_floor_is_right(self):
        self.check({
            "src/grid/a.h": '#include "core/x.h"\n#include "pantile/view.h"\n#include <vector>\n',
            "src/io/zarr/b.cc": '#include "io/store/s.h"\n#include "tile/t.h"\n#include "hwy/h.h"\n',
            "src/pipeline/c.cc": '#include "io/zarr/b.h"\n#include "ops/formula/f.h"\n',
            "include/pantile/tile_source.h": '#include "pantile/view.h"\n',
            "include/pantile/view.h": "#pragma once\n",
        }, 0, "0 offences")

    def test_looking_up_is_wrong(self):
        self.check({"src/core/a.h": '#include "grid/x.h"\n'}, 1, "src/core/a.h:1", "core may not")
        self.check({"src/tile/a.h": '\n  #  include <pipeline/x.h>\n'}, 1, "src/tile/a.h:2")

    def test_io_and_compute_do_not_know_each_other_and_ops_opens_no_file(self):
        self.check({"src/io/a.cc": '#include "compute/x.h"\n'}, 1, "io may not")
        self.check({"src/compute/a.cc": '#include "io/x.h"\n'}, 1, "compute may not")
        self.check({"src/ops/a.cc": '#include "io/x.h"\n'}, 1, "ops may not")

    def test_faces_do_not_know_each_other(self):
        self.check({"src/serve/a.cc": '#include "cli/x.h"\n'}, 1, "serve may not")
        self.check({"src/core/a.h": "", "python/src/a.cc": '#include "cli/x.h"\n'}, 1,
                   "python/src/a.cc:1: python may not")
        self.check({"src/core/a.h": "", "python/src/commands.cc": '#include "cli/x.h"\n'}, 0)

    def test_public_headers_have_floors(self):
        self.check({"src/core/a.h": '#include "pantile/tile_source.h"\n'}, 1, "belongs to tile")
        self.check({"src/core/a.h": "", "include/pantile/view.h": '#include "pantile/tile_sink.h"\n'},
                   1, "include/pantile/view.h:1")
        self.check({"src/cli/a.h": '#include "pantile/nobody_knows.h"\n'}, 1, "has no floor")
        self.check({"src/core/a.h": "", "include/pantile/nobody_knows.h": ""}, 1, "has no floor")

    def test_a_new_folder_has_to_be_placed(self):
        self.check({"src/attic/a.h": ""}, 1, "attic is no floor")

    def test_an_empty_tree_is_not_a_right_one(self):
        self.check({"readme": ""}, 2)


class Style(unittest.TestCase):
    def check(self, name, text, code, *words):
        got, out = run("check_style.py", {name: text})
        self.assertEqual(got, code, out)
        for word in words:
            self.assertIn(word, out)

    def test_right(self):
        self.check("src/core/a.cc",
                   '// using namespace in a comment, std::abort() too\n'
                   'const char* const s = "using namespace std; exit(1)";\n'
                   "void f(Sink& s) { s.abort(); }\n"
                   "virtual void abort() = 0;\n", 0)

    def test_wrong(self):
        self.check("src/core/a.cc", "using namespace std;\n", 1, "src/core/a.cc:1", "using")
        self.check("src/core/a.cc", "int a;\n\tint b;\n", 1, "src/core/a.cc:2", "tabs")
        self.check("src/core/a.cc", "void f() { std::exit(1); }\n", 1, "no exit")
        self.check("src/core/a.cc", "void f() {\n  abort();\n}\n", 1, "a.cc:2", "no exit")
        self.check("src/core/a.cc", "void f() { throw 1; }\n", 1, "no exceptions")
        self.check("src/core/a.cc", "// " + "x" * 98 + "\n", 1, "101 columns")
        self.check("src/core/a.cc", "// TODO: later\n", 1, "notes to oneself")
        self.check("src/core/a.cc", "int a; \n", 1, "blanks")
        self.check("src/core/a.cc", "int a;", 1, "does not end")
        self.check("src/core/a.cc", "int a;\n" * 900, 1, "two things")
        self.check("src/core/a.h", "int a;\n", 1, "#pragma once")
        self.check("src/core/CamelCase.cc", "int a;\n", 1, "file names")

    def test_nothing_that_changes_is_shared_by_all(self):
        for line in ("static int count = 0;", "int count = 0;", "std::atomic<int> count{0};",
                     "std::map<int, std::string> names;", "inline int count = 0;",
                     "  static std::mutex mutex;", "  static bool done[2] = {};", "int table[] = {",
                     "const char* name = nullptr;", "  static const char* name = nullptr;",
                     "constinit static int count = 0;", "thread_local int count = 0;",
                     "  thread_local Scratch scratch;", "static std::vector<int> kept{};"):
            self.check("src/core/a.cc", line + "\n", 1, "a.cc:1", "may change")
        for line in ("static constexpr int kCount = 0;", "constexpr int kCount = 0;",
                     "inline constexpr int kCount = 0;", "const std::string kName{};",
                     "  static const std::string name = make();", "static void f();",
                     "static int f(int a) {", "int f() {", "struct A {", "template <class T> T a;",
                     "  int count = 0;", "const char* const kName = nullptr;", "using A = int;",
                     "static const std::vector<int>& table() {", "}  // namespace a",
                     "static inline const int kOne = 1;", "extern template class A<int>;"):
            self.check("src/core/a.cc", line + "\n", 0)
        self.check("src/core/a_test.cc", "int count = 0;\n", 0)
        self.check("src/core/main.cc", "int count = 0;\n", 0)

    def test_exit_is_for_main_and_tests(self):
        self.check("src/cli/main.cc", "void f() { std::exit(1); }\n", 0)
        self.check("src/core/a_test.cc", "void f() { std::abort(); }\n", 0)

    def test_raw_lanes(self):
        raw = "const auto v = hn::MulAdd(a, b, c);\n"
        self.check("src/ops/formula/a.cc", raw, 1, "raw hn::MulAdd")
        self.check("src/compute/math/lane_simd-inl.h", raw, 0)
        self.check("src/compute/cpu/reduce_u8.cc", "hn::DemoteTo(d, v);\n", 0)
        self.check("src/compute/cpu/reduce_u8.cc", "hn::DemoteTo(d, hn::Min(a, b));\n", 1)


if __name__ == "__main__":
    unittest.main()
