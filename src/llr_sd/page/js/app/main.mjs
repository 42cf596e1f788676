// The page as people meet it.

/** Show the page: what it is about, from the data that stand in it. */
export function main() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const heading = document.createElement("h1");
  heading.textContent = data.study.title;
  document.getElementById("page").append(heading);
}
