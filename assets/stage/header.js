// The header: light or dark, remembered, and the way to the other language with all settings.

const THEME = "playground.theme";

const remembered = () => {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
};

function setTheme(dark) {
  document.body.classList.toggle("dark", dark);
  try {
    localStorage.setItem(THEME, dark ? "dark" : "light");
  } catch {
    // a browser that keeps nothing follows the system at the next visit
  }
}

export function mount(root, props) {
  document.documentElement.lang = props.language;
  const asked = new URLSearchParams(location.search).get("__theme");
  if (!asked && remembered()) document.body.classList.toggle("dark", remembered() === "dark");
  root.querySelector(".theme").addEventListener("click", () => setTheme(!document.body.classList.contains("dark")));
  const language = root.querySelector(".language");
  language.addEventListener("click", () => {
    const target = new URL(language.getAttribute("href"), document.baseURI);
    target.search = location.search;
    language.href = target;
  });
}
