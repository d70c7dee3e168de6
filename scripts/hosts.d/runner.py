# SPDX-License-Identifier: Apache-2.0
"""Chooses tests, prepares outside of the namespaces what they need, and runs them inside."""
import argparse
import importlib.util
import inspect
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback

import debian
from bench import TREE, Bench
from failure import Failed
from isolation import INSIDE, Run, inside
from workers import MANY, Work, Workers

TESTS = pathlib.Path(__file__).resolve().parent / "tests"
TOOLS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container", "ip": "iproute2", "unshare": "util-linux"}


def main(description):
    """Runs the program; returns its exit status: 0 if all tests passed."""
    options = _options(description)
    try:
        tests = _chosen(options)
        if options.list:
            for test in tests:
                print(f"{test.label:44} {_summary(test)}")
            return 0
        if INSIDE in os.environ:
            return inside(lambda: _inside(options, tests))
        return _outside(options, tests)
    except Failed as failure:
        print(f"scripts/test-hosts: {failure}", file=sys.stderr)
        return 1


def _options(description):
    words = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("tests", nargs="*", metavar="TEST", help="files of tests (install) or tests (install.test_upgrades)")
    words.add_argument("--package", type=pathlib.Path, metavar="FILE",
                       help="the .tar.gz to test; default: made by scripts/package")
    words.add_argument("--all", action="store_true", help="also the extra tests, which otherwise run only if they are named")
    words.add_argument("--only", metavar="REGEX", help="only tests whose names contain a match")
    words.add_argument("--suite", default="bookworm", help="Debian's release: bookworm (default), trixie or bullseye")
    words.add_argument("--keep", action="store_true", help="after a failure, and after the last test, keep the hosts until interrupted")
    words.add_argument("--list", action="store_true", help="list the tests and end")
    words.add_argument("--jobs", type=int, choices=(1, 2), help="runs at the same time; default: 2 for many tests")
    words.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    words.add_argument("--shared", help=argparse.SUPPRESS)
    return words.parse_args()


def _chosen(options):
    """The tests in the order of their files and lines, as functions with a label."""
    found = []
    for file in sorted(TESTS.glob("*.py")):
        module = _load(file)
        tests = [value for name, value in vars(module).items() if name.startswith("test_") and inspect.isfunction(value)]
        for test in sorted(tests, key=lambda test: test.__code__.co_firstlineno):
            if not test.__doc__:
                raise Failed(f"{file.name}: {test.__name__} has no docstring; it says what is tested")
            test.label = f"{file.stem}.{test.__name__.removeprefix('test_')}"
            found.append(test)
    for word in options.tests:
        if not any(_named(test, word) for test in found):
            raise Failed(f"no test {word!r}; --list shows all")
    if options.tests:
        found = [test for test in found if any(_named(test, word) for word in options.tests)]
    elif not options.all and not options.list:
        found = [test for test in found if not getattr(test, "extra", False)]
    if options.only:
        found = [test for test in found if re.search(options.only, test.label)]
    if not found:
        raise Failed("no test is chosen; --list shows all")
    return found


def _named(test, word):
    file = test.label.split(".")[0]
    return word.removesuffix(".py").replace(".test_", ".") in (file, test.label)


def _load(file):
    description = importlib.util.spec_from_file_location(f"tests_{file.stem}", file)
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module


def _summary(test):
    return inspect.getdoc(test).splitlines()[0]


# Outside of the namespaces.

def _outside(options, tests):
    if os.geteuid():
        raise Failed("root is required, to boot hosts: sudo scripts/test-hosts")
    if not os.path.exists("/dev/net/tun"):
        raise Failed("/dev/net/tun does not exist; load the module: modprobe tun")
    _install_missing()
    package = options.package or _make_package()
    if not package.is_file():
        raise Failed(f"{package} does not exist; it is to be the package, backhaul-*.tar.gz")
    needed = sorted({name for test in tests for name in getattr(test, "layers", ())})
    debian.file_systems(options.suite, needed)
    words = ["--package", str(package.resolve()), "--suite", options.suite] + ["--keep"] * options.keep
    jobs = options.jobs or (2 if len(tests) >= MANY and (os.cpu_count() or 1) > 1 else 1)
    began = time.monotonic()
    results = Workers(words + [test.label for test in tests], 1 if options.keep else jobs).run()
    _print_figures(results.figures)
    left = len(tests) - len(results.passed) - len(results.failed)
    print("".join(f"failed: {label}\n" for label in results.failed) +
          f"{len(results.passed)} passed, {len(results.failed)} failed{f', {left} not run' * (left > 0)}, "
          f"after {time.monotonic() - began:.0f} s", flush=True)
    return 0 if len(results.passed) == len(tests) else 1


def _install_missing():
    missing = sorted({package for program, package in TOOLS.items() if not shutil.which(program)})
    if not missing:
        return
    print(f"installing {' '.join(missing)} with apt; they stay", flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              check=False)
        if done.returncode:
            raise Failed(f"apt-get {' '.join(command)} ended with {done.returncode}")


def _make_package():
    if subprocess.run([TREE / "scripts/package"], stdin=subprocess.DEVNULL, check=False).returncode:
        raise Failed("scripts/package failed; see above")
    made = sorted((TREE / "target").glob("backhaul-*-linux-*.tar.gz"), key=os.path.getmtime)
    if not made:
        raise Failed(f"scripts/package made no {TREE}/target/backhaul-*-linux-*.tar.gz")
    return made[-1]


# Inside.

def _inside(options, tests):
    signal.signal(signal.SIGTERM, _interrupted)
    run = Run(os.environ.pop(INSIDE))
    run.prepare()
    bench = Bench(run, options.suite, options.package)
    work = Work(run, options.worker, options.shared, tests)
    try:
        for test in work.tests():
            work.record(test, _passes(test, bench, options.keep), bench.figures)
        if options.keep:
            _keep(bench)
    except KeyboardInterrupt:
        print("interrupted: ending the hosts", flush=True)
    finally:
        run.ending()
        bench.close()
    return 0


def _interrupted(_number, _frame):
    raise KeyboardInterrupt


def _passes(test, bench, keep):
    """Runs a test and prints its result at once, since two runs may print at the same time.

    With keep its hosts stay until the next test begins, so that those of the last one are there at the end.
    """
    began = time.monotonic()
    if keep:
        bench.end(False)
    bench.begin()
    lines = [f"- {test.label}: {_summary(test)}"]
    failure = None
    try:
        test(bench)
    except KeyboardInterrupt:
        raise
    except Exception as raised:  # noqa: BLE001 # every failure of a test is reported
        failure = raised
    lines += [f"      {line}" for line in bench.notes]
    if failure:
        lines += [f"      {line}" for line in f"FAILED{_described(failure)}\n{bench.report()}".splitlines()]
    lines.append(f"      {'FAILED' if failure else 'passed'} after {time.monotonic() - began:.1f} s")
    print("\n".join(lines), flush=True)
    if failure and keep:
        _keep(bench)
    if failure or not keep:
        bench.end(failure is not None)
    return failure is None


def _described(failure):
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if str(TESTS) in frame.filename]
    where = f" ({pathlib.Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    text = str(failure) if isinstance(failure, Failed) else "".join(traceback.format_exception(failure))
    return f"{where}: {text}"


def _keep(bench):
    """Waits until interrupted; other terminals can enter the hosts by the commands that this prints."""
    if not bench.hosts():
        print("the last test booted no host, so there is none to keep", flush=True)
        return
    print("the hosts are kept until this is interrupted (Ctrl-C); enter one from the directory of the checkout with")
    for host in bench.hosts():
        print(f"  scripts/hosts.d/enter {bench.directory.name} {host.name} [COMMAND]")
    sys.stdout.flush()
    signal.pause()


def _print_figures(figures):
    if figures:
        print("figures:")
    for name, value, unit, target in figures:
        print(f"  {name:60} {value:6.2f} {unit}   target {target} {unit}{'' if value <= target else '   ABOVE'}")
