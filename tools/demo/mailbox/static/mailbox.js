// The frame takes the height of its letter; an open list notices new messages.
const frame = document.querySelector("iframe");
const fit = () => {
  const page = frame.contentDocument;
  frame.style.blockSize = "0"; // else the frame's own height is the least the letter reports
  if (page && page.documentElement) frame.style.blockSize = `${page.documentElement.scrollHeight + 4}px`;
};
if (frame) {
  frame.addEventListener("load", fit);
  if (frame.contentDocument && frame.contentDocument.readyState === "complete") fit();
}
const known = Number(document.body.dataset.total);
const look = async () => {
  try {
    const { count } = await (await fetch("/mailbox/api/count")).json();
    if (count !== known && document.body.classList.contains("closed") && document.activeElement.type !== "search") location.reload();
  } catch {
    // The mailbox restarts; the next look finds it again.
  }
};
setInterval(look, 3000);
