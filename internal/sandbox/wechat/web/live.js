// Shows what is new without touching what is being typed or opened.
"use strict";
const parts = ["live-chat", "live-budget", "live-articles"];

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of parts) {
      const here = document.getElementById(id);
      const there = fresh.getElementById(id);
      const busy = here && here !== document.activeElement && here.contains(document.activeElement);
      if (here && there && !busy && here.innerHTML !== there.innerHTML) {
        here.replaceChildren(...there.childNodes);
      }
    }
  } catch {
    // The platform is away; the next round tries again.
  }
}

setInterval(refresh, 2000);
