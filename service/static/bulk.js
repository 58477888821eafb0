// Shows how far a bulk has come without reloading: the page is fetched again until it no longer says that it runs.

const PAUSE = 1000;

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#run");
  if (!answer.ok || !fresh) return location.reload();
  if (!page.querySelector('script[src^="/static/bulk.js"]')) return location.reload();
  document.querySelector("#run").replaceWith(document.adoptNode(fresh));
  setTimeout(again, PAUSE);
}

// Without a connection it is tried again: the bulk goes on.
const again = () => look().catch(() => setTimeout(again, PAUSE * 5));

setTimeout(again, PAUSE);
