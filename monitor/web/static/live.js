// Puts stories onto the page as the monitor raises them. Without it, the page is complete when it is loaded.
"use strict";

const list = document.getElementById("stories");
const line = document.getElementById("live");
let fresh = 0;

const say = (words) => {
  line.textContent = words;
};

// Marked up by the server, which escapes whatever comes from a feed; parsed without running anything.
const parsed = (text) => new DOMParser().parseFromString(text, "text/html").querySelector("article");

const put = (story) => {
  const before = document.getElementById(story.id);
  if (!before) {
    document.getElementById("empty")?.remove();
    list.prepend(story);
    story.classList.add("fresh");
    fresh += 1;
    say(`${fresh} new ${fresh === 1 ? "story" : "stories"} since this page was opened`);
  } else if (before.contains(document.activeElement)) {
    // Nobody is to lose the button that is about to be pressed.
    before.addEventListener("focusout", () => setTimeout(() => put(story)), { once: true });
  } else if (before.innerHTML !== story.innerHTML) {
    before.replaceWith(story);
  }
};

const source = new EventSource(line.dataset.url);
source.addEventListener("open", () => fresh || say("Live: stories appear as they come."));
source.addEventListener("error", () => say("Not live at the moment; trying again."));
source.addEventListener("story", (event) => {
  const story = parsed(event.data);
  if (story) put(story);
});
window.addEventListener("pagehide", () => source.close());
