"""What readers taught: their labels so far, the classifier trained on them, and whether it is in use."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.learning import LABELS_NEEDED, Outcome
from bvmt.news.label_files import MAX_BYTES
from bvmt.news.tone import Label
from bvmt.store.labels import LabelCounts, LabelOrigin
from bvmt.store.sentiment_models import ModelRow
from bvmt.ui import sentiment_clicks
from bvmt.ui.background import BackgroundWork
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, refusals_are_told, tell_outcome
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.sentiment_clicks import ImportedLabels
from bvmt.ui.sentiment_reads import forget_news, learned
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural, short_instant

TRAINING, IMPORTING = "training_thread", "label_import_thread"
_ROUND = "label_files_round"
_MEGABYTES = MAX_BYTES // 1024 // 1024


def render_learning() -> None:
    """The part of the page: refreshed while something is under way, still otherwise."""
    busy = any(_alive(key) for key in (TRAINING, IMPORTING))
    st.fragment(_render, run_every=1 if busy else None, key="sentiment_learning")(busy)


def _render(was_busy: bool) -> None:
    tell_outcome()
    with failures_are_said():
        busy = any(_alive(key) for key in (TRAINING, IMPORTING))
        if was_busy and not busy:
            forget_news()
        found = learned()
        newest = found.models[0] if found.models else None
        left, right = st.columns(2, gap="large")
        with left:
            _render_labels(found.labels)
            _render_import()
        with right:
            _render_model(newest, found.labels.total)
        if found.models:
            st.markdown("**Trainings**")
            _render_models(found.models)
        if was_busy != busy:
            # It has just begun or ended: one rerun of the page sets its pace anew.
            st.rerun()


def _alive(key: str) -> bool:
    thread: BackgroundWork[Any] | None = st.session_state.get(key)
    return thread is not None and thread.is_alive()


def _render_labels(counts: LabelCounts) -> None:
    st.markdown("**Labels**")
    share = min(1.0, counts.total / LABELS_NEEDED)
    needed = f"{counts.total:,} of the {LABELS_NEEDED} that a classifier takes"
    st.progress(share, text=needed if share < 1 else f"{plural(counts.total, 'label')}, enough to learn from")
    told = ", ".join(f"{counts.by_label.get(label, 0):,} {label}" for label in Label)
    page, file = (counts.by_origin.get(origin, 0) for origin in (LabelOrigin.PAGE, LabelOrigin.IMPORT))
    when = short_instant(counts.newest_at, settings().zone, now=now())
    st.caption(f"{told}. {page:,} given to articles, {file:,} from files. The newest: {when}.")


def _render_model(newest: ModelRow | None, labels: int) -> None:
    st.markdown("**The classifier**")
    if newest is None:
        st.info(
            f"None was trained yet: the lexicons score alone. From {LABELS_NEEDED} labels on, each night's Database "
            "Cleanup trains one, or the button does.",
            icon=":material/school:",
        )
    else:
        blend, lexicon = st.columns(2)
        blend.metric(
            "With the classifier",
            f"{newest.f1_blend:.3f}",
            f"{newest.f1_blend - newest.f1_lexicon:+.3f} on the lexicons",
            help="Macro-F1, cross-validated: every text is judged by a classifier that has not seen it",
        )
        lexicon.metric("Lexicons alone", f"{newest.f1_lexicon:.3f}", help="Macro-F1 on the same texts")
        badge = ("in use", ":material/check:", "green") if newest.in_use else ("not in use", ":material/block:", "gray")
        st.badge(badge[0], icon=badge[1], color=badge[2])  # type: ignore[arg-type]
        st.caption(escaped(newest.why))
        if labels > newest.labels:
            st.caption(f"{plural(labels - newest.labels, 'label')} came in since.")
    _render_training(labels)


def _render_training(labels: int) -> None:
    busy, missing = _alive(TRAINING), LABELS_NEEDED - labels
    st.button(
        "Retrain now",
        type="primary",
        key="retrain",
        icon=":material/model_training:",
        on_click=_begin_training,
        **allowed(
            Deed.RETRAIN,
            disabled=busy or missing > 0,
            help=f"Takes {plural(missing, 'more label')}" if missing > 0 else None,
        ),
    )
    thread: BackgroundWork[Outcome] | None = st.session_state.get(TRAINING)
    if thread is None:
        return
    if busy:
        st.info("Training and cross-validating: seconds at 200 labels, a minute at 20,000.", icon=":material/sync:")
    elif thread.outcome is not None:
        told = st.success if thread.outcome.in_use else st.info
        told(escaped(thread.outcome.sentence), icon=":material/check_circle:" if thread.outcome.trained else None)
    else:
        _render_failure(thread, "No classifier was stored")


def _begin_training() -> None:
    with refusals_are_told():
        st.session_state[TRAINING] = sentiment_clicks.begin_training()


def _render_import() -> None:
    st.markdown("**Import labels**")
    # Another key empties the uploader, and lets go of the file in memory.
    key = f"label_file_{st.session_state.get(_ROUND, 0)}"
    file = st.file_uploader(
        f"A file of text;label or label;text, {_MEGABYTES} MB at most",
        type=["csv", "txt", "tsv"],
        max_upload_size=_MEGABYTES,
        key=key,
        help="Labels are positive, neutral and negative, in English or French, or 1, 0 and -1",
    )
    st.button(
        "Import labels",
        key="import_labels",
        icon=":material/upload:",
        on_click=_begin_import,
        args=(key,),
        **allowed(Deed.IMPORT, disabled=file is None or _alive(IMPORTING)),
    )
    _render_import_result(st.session_state.get(IMPORTING))


def _begin_import(key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        with refusals_are_told():
            st.session_state[IMPORTING] = sentiment_clicks.begin_label_import(file.name, file.getvalue())
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _render_import_result(thread: BackgroundWork[ImportedLabels] | None) -> None:
    if thread is None:
        return
    if thread.is_alive():
        st.info("Reading and storing the file.", icon=":material/sync:")
        return
    if thread.outcome is None:
        _render_failure(thread, "Nothing was stored")
        return
    result = thread.outcome
    stored, aside = result.stored, result.file.set_aside
    st.success(
        escaped(
            f"{result.name}: {plural(len(result.file.rows), 'labelled text')} read; {stored.added:,} added, "
            f"{stored.changed:,} changed, {stored.unchanged:,} unchanged, {plural(len(aside), 'line')} set aside."
        ),
        icon=":material/check_circle:",
    )
    for note in result.file.notes:
        st.caption(escaped(note))
    if aside:
        reasons = Counter(line.reason for line in aside).most_common(3)
        st.caption(escaped("; ".join(f"{count:,} set aside: {reason}" for reason, count in reasons)))
        rows: list[dict[str, object]] = [{"Line": each.line, "Reason": each.reason, "Row": each.raw} for each in aside]
        render_csv_button(
            lambda: rows, file_name="labels_set_aside.csv", key="labels_aside_csv", label="Download what was set aside"
        )


def _render_failure(thread: BackgroundWork[Any], what: str) -> None:
    why = thread.failure or "An error that was not foreseen; the log has it."
    st.error(f"{what}. {escaped(why)}", icon=":material/error:")


def _render_models(models: list[ModelRow]) -> None:
    zone, at = settings().zone, now()
    rows = [
        {
            "Trained": short_instant(model.trained_at, zone, now=at),
            "By": model.trained_by,
            "Labels": model.labels,
            "Blend F1": model.f1_blend,
            "Lexicons F1": model.f1_lexicon,
            "Classifier F1": model.f1_classifier,
            "State": "✓ in use" if model.in_use else "– not in use",
            "Size": f"{model.size / 1000:,.0f} kB",
            "Why": model.why,
        }
        for model in models
    ]
    figures = {name: st.column_config.NumberColumn(format="%.3f") for name in rows[0] if name.endswith("F1")}
    st.dataframe(
        pd.DataFrame(rows),
        key="models",
        hide_index=True,
        height=table_height(len(rows)),
        column_config={**figures, "Why": st.column_config.TextColumn(width="large")},
        alt="Trained classifiers",
    )
