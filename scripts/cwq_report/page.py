# SPDX-License-Identifier: GPL-2.0
"""The page: the pictures and the tables in one HTML file, which needs nothing
else and runs nothing; or the pictures alone, as one SVG."""

import html
import re

from . import plots, stats
from .works import SINGLE

ROWS = 60  # so many rows of a table

STYLE = """
body { font: 15px/1.45 sans-serif; color: #222; max-width: 1200px;
       margin: 24px auto; padding: 0 12px }
h1 { font-size: 24px } h2 { font-size: 18px; margin: 32px 0 4px }
p { margin: 6px 0; max-width: 900px }
svg { max-width: 100%; height: auto; margin-top: 16px }
table { border-collapse: collapse; font-size: 13px;
        font-variant-numeric: tabular-nums }
th, td { padding: 3px 8px; text-align: right; white-space: nowrap;
         border-bottom: 1px solid #ddd }
th { border-bottom: 2px solid #888; vertical-align: bottom }
.name { text-align: left } .note { color: #555; font-size: 13px }
.beside { display: flex; flex-wrap: wrap } .wide { overflow-x: auto }
.warning { border-left: 6px solid #d55e00; background: #fdf1e8;
           padding: 8px 12px }
.swatch { display: inline-block; width: 11px; height: 11px; margin-right: 7px }
"""


def show_time(us):
    """A time with its unit, in three digits; the clock counts us."""
    if us is None:
        return "-"
    if us < 1:
        return "< 1 µs"
    for unit, factor in (("µs", 1), ("ms", 1000), ("s", 1000000)):
        if us < 999.5 * factor or unit == "s":
            value = us / factor
            digits = 0 if factor == 1 else max(0, 3 - len(str(int(value))))
            return f"{value:.{digits}f} {unit}"


def plural(n, word):
    return f"{n:,} {word}" + "s" * (n != 1)


def warnings(run):
    """What is wrong with the recording, a sentence each."""
    recording = run.recording
    if recording.overruns:
        cpus = ", ".join(f"{n:,} on CPU {cpu}"
                         for cpu, n in sorted(recording.overruns.items()))
        yield ("The buffer was too small: the oldest events are lost, " + cpus +
               ". What is shown begins where the events of all CPUs are there."
               " A larger buffer (cwq-report record -b) holds more.")
    if recording.lost > 0:
        yield (plural(recording.lost, "event") + " lost. What is shown has"
               " gaps: works that seem to be pending or running for ever, or"
               " are not counted.")
    if run.strays:
        yield (plural(run.strays, "event") + " must have been preceded by"
               " others that are missing. The works that these were about are"
               " not in the times.")
    if not run.works:
        yield "No work was queued or run during the recording."


def table(columns, rows, left_out=""):
    """The cells are HTML. Columns whose name begins with a blank are words."""
    def cells(tag, row):
        return "".join(
            f'<{tag} class="name">{cell}</{tag}>' if name[0] == " " else
            f"<{tag}>{cell}</{tag}>" for name, cell in zip(columns, row))

    lines = ['<div class="wide"><table>',
             f"<tr>{cells('th', [name.strip() for name in columns])}</tr>"]
    lines += [f"<tr>{cells('td', row)}</tr>" for row in rows]
    lines.append("</table></div>")
    if left_out:
        lines.append(f'<p class="note">{left_out}</p>')
    return "\n".join(lines)


def number(n):
    return f"{n:,}"


def func_table(groups, palette):
    keys, left_out = stats.top(groups, ROWS)
    rows = []
    for key in keys:
        one = groups[key]
        colour = palette.colours[palette.key(key)]
        swatch = f'<span class="swatch" style="background:{colour}"></span>'
        rows.append(
            [swatch + html.escape(key[0]), html.escape(key[1]),
             number(one.executed)] +
            [show_time(us) for us in stats.Times(one.waits).figures()] +
            [show_time(us) for us in stats.Times(one.runs).figures()] +
            [number(one.level.highest()), number(one.cancelled),
             number(one.redirected)])
    return table(
        [" queue", " function", "executed",
         "wait<br>p50", "<br>p90", "<br>p99", "<br>max",
         "run<br>p50", "<br>p90", "<br>p99", "<br>max",
         "pending<br>max", "cancelled", "redirected"], rows,
        left_out and
        f"{plural(left_out, 'function')} with fewer works not shown.")


def cpu_table(run):
    groups = stats.figures_by(run, stats.by_cpu)
    for _, queue, cpu in run.barriers:
        groups[queue, cpu].barriers += 1
    keys = sorted(groups, key=lambda key: (key[0], key[1]))
    rows = []
    for queue, cpu in keys[:ROWS]:
        one = groups[queue, cpu]
        rows.append([html.escape(queue), "-" if cpu == SINGLE else cpu] +
                    [number(n) for n in (
                        one.accepted, one.executed, one.cancelled,
                        one.redirected, one.level.at_first(),
                        one.level.highest(), one.barriers)])
    left_out = len(keys) - ROWS
    return table(
        [" queue", "CPU", "accepted", "executed", "cancelled", "redirected",
         "pending<br>at first", "pending<br>max", "barriers"], rows,
        left_out > 0 and f"{plural(left_out, 'row')} more not shown.")


def draw(run):
    """The figures of the functions, their palette, and the pictures."""
    groups = stats.figures_by(run, stats.by_func)
    palette = plots.Palette(groups)
    return groups, palette, [
        plots.timeline(run, palette),
        plots.distribution(groups, palette, lambda one: one.waits,
                           "How long works waited", "from queued to started"),
        plots.distribution(groups, palette, lambda one: one.runs,
                           "How long works ran", "from started to ended"),
        plots.depth(run, palette)]


def size_of(svg):
    return [int(n) for n in re.search(
        r'width="(\d+)"\s+height="(\d+)"', svg).groups()]


def svg_page(run):
    """The pictures below each other, the second and third side by side."""
    _, _, pictures = draw(run)
    inner, x, y = [], 0, 0
    for picture in pictures:
        width, height = size_of(picture)
        inner.append(picture.replace("<svg", f'<svg x="{x}" y="{y}"', 1))
        x += width
        if x >= plots.WIDTH:
            x, y = 0, y + height
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{plots.WIDTH}"'
            f' height="{y}" viewBox="0 0 {plots.WIDTH} {y}">\n' +
            "\n".join(inner) + "</svg>\n")


def html_page(run, name):
    groups, palette, pictures = draw(run)
    facts = run.recording.facts
    span = run.end - run.begin
    said = [plural(run.events, "event"), plural(len(run.works), "work"),
            "in " + show_time(span)]
    if facts.get("what"):
        said.append("recorded: " + facts["what"])
    if "kernel" in facts:
        said.append("Linux " + facts["kernel"])
    if "cpus" in facts:
        said.append(plural(int(facts["cpus"]), "CPU"))
    moment = show_time(span / plots.COLUMNS)
    parts = [
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
        f"<title>cwq: {html.escape(name)}</title>",
        f"<style>{STYLE}</style></head><body>",
        f"<h1>cwq: {html.escape(name)}</h1>",
        f"<p>{html.escape(', '.join(said))}.</p>"]
    parts += [f'<p class="warning">{html.escape(warning)}</p>'
              for warning in warnings(run)]
    parts += [
        pictures[0],
        f'<p class="note">A band for each worker thread. It is filled as high'
        f" as the thread was busy in that moment, a moment being {moment}, and"
        f" visibly so however short a work ran. {plots.COLUMNS} moments and"
        f" the {plots.LANES} busiest threads are told apart; other threads are"
        " drawn as one.</p>",
        f'<div class="beside">{pictures[1]}{pictures[2]}</div>',
        '<p class="note">The wait is from when a work gets on the list of its'
        " queue, of a delayed one when its timer fires, until its function is"
        f" called. A curve has at most {plots.POINTS} points.</p>",
        pictures[3],
        '<p class="note">Works on the lists of a queue, on all CPUs together;'
        " the most in each moment. A queue has the colour of its most frequent"
        " function.</p>",
        "<h2>Functions</h2>", func_table(groups, palette),
        '<p class="note">p50: half of the works took no longer, and so on.'
        " Times are of the works that were seen from the beginning to the end."
        "</p>",
        "<h2>Queues</h2>", cpu_table(run),
        '<p class="note">The words are those of debugfs; barriers: waits for'
        " this queue and CPU that began. Queues of the same name are one"
        " here.</p>"]
    if run.taken:
        parts.append(
            f'<p class="note">Besides, {plural(run.taken, "cancelled work")}'
            " had not been seen to get on a list: taken from a timer, or queued"
            " before the recording.</p>")
    parts.append("</body></html>\n")
    return "\n".join(parts)
