"""The report of the benchmark.

report make FACTS ROWS FOLDER: results.json, report.txt and the plots, from what was measured.
report compare OLD.json NEW.json TOLERANCE: exits with 1 if something is worse.
"""
import json
import pathlib
import sys

import compare
import figures
import goals
import plots
import table


def make(facts_file, rows_file, folder):
    facts = json.loads(pathlib.Path(facts_file).read_text())
    rows = [json.loads(line) for line in pathlib.Path(rows_file).read_text().splitlines()]
    results = facts | {'figures': figures.of_requests(rows), 'others': figures.of_others(rows)}
    results['goals'] = goals.reached(results)
    folder = pathlib.Path(folder)
    (folder / 'results.json').write_text(json.dumps(results | {'rows': rows}, indent=1) + '\n')
    text = table.report(results)
    (folder / 'report.txt').write_text(text)
    print(text, end='')
    names = plots.write(results, folder)
    print(f'\n{folder}: results.json, report.txt, {", ".join(names)}')


def main():
    command, *arguments = sys.argv[1:]
    if command == 'make':
        make(*arguments)
    else:
        old, new = (json.loads(pathlib.Path(name).read_text()) for name in arguments[:2])
        sys.exit(compare.compare(old, new, float(arguments[2])))


main()
