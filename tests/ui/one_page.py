"""Opens one page of the app under AppTest, with a stand-in for every other."""

from streamlit.testing.v1 import AppTest


def script(shown: str) -> None:
    from functools import partial

    import streamlit as st

    from ui import session
    from ui.views.answer import answer_view
    from ui.views.bank import bank_view
    from ui.views.home import home_view
    from ui.views.importing import importing_view
    from ui.views.interview import interview_view
    from ui.views.progress import progress_view
    from ui.views.roleplay import roleplay_view
    from ui.views.settings import settings_view

    def stand_in(name: str) -> None:
        st.title(f"elsewhere: {name}")
        st.text(" ".join(f"{place}={session.where(place)}" for place in sorted(st.query_params)))

    views = {
        "home": home_view,
        "answer": answer_view,
        "roleplay": roleplay_view,
        "interview": interview_view,
        "bank": bank_view,
        "progress": progress_view,
        "import": importing_view,
        "settings": settings_view,
    }
    pages = {name: st.Page(partial(stand_in, name), url_path=name, title=name) for name in views if name != shown}
    pages[shown] = st.Page(views[shown], default=True, title=shown)
    session.begin(pages)
    st.navigation(list(pages.values()), position="top").run()


def opened(name: str, **address: str) -> AppTest:
    """The page, as a browser shows it at an address."""
    app = AppTest.from_function(script, default_timeout=60, args=(name,))
    for place, value in address.items():
        app.query_params[place] = value
    app.run()
    assert not app.exception
    return app


def text_of(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = (
        app.title,
        app.header,
        app.subheader,
        app.markdown,
        app.caption,
        app.info,
        app.warning,
        app.error,
        app.success,
        app.text,
    )
    shown = [str(element.value) for kind in kinds for element in kind]
    shown += [f"{one.label}: {one.value}" for one in app.metric]
    shown += [link.proto.label for link in app.get("page_link")]
    return "\n".join(shown)


def place_of(app: AppTest, name: str) -> str | None:
    """What the address says under a name."""
    value = app.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def leads_to(app: AppTest) -> set[str]:
    """Where the page's links lead, as `answer?question=q03`."""
    return {f"{link.proto.page}?{link.proto.query_string}" for link in app.get("page_link")}
