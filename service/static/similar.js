// Similar earlier notes come after the page that they stand on. Where they cannot be had the link to them stays.

const link = document.querySelector("#similar-link");

async function show() {
  const answer = await fetch(link.querySelector("a").href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = page.querySelector("#similar-list");
  if (list) link.replaceWith(list);
}

show().catch(() => {});
