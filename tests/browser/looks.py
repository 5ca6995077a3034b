"""What can be measured of a page's looks: contrast, places, what the keys reach."""

from served import check

# Each visible text, placeholder and edge of a control, with the ratio of WCAG 2.2 to what lies behind it.
CONTRASTS = """
const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
const linear = (one) => (one <= 10 ? one / 3294.6 : ((one / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const over = (front, back) => front.slice(0, 3).map((one, i) => one * (front[3] ?? 1) + back[i] * (1 - (front[3] ?? 1)));
function behind(one) {
  if (!one) return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  const colour = channels(getComputedStyle(one).backgroundColor);
  return colour[3] === 0 ? behind(one.parentElement) : over(colour, behind(one.parentElement));
}
function ratio(colour, back) {
  const [low, high] = [luminance(over(channels(colour), back)), luminance(back)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}
const found = [];
for (const one of document.querySelectorAll("body *")) {
  if (!one.checkVisibility({ visibilityProperty: true }) || !one.getClientRects().length || one.id === "file") continue;
  const style = getComputedStyle(one);
  const back = behind(one);
  const name = one.id || `${one.localName} in ${one.closest("[id]")?.id}`;
  const control = one.matches("input, select, textarea");
  const own = control ? one.value || one.placeholder : [...one.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data.trim()).join("");
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (own) found.push([name, ratio(style.color, back), large ? 3 : 4.5]);
  if (one.placeholder && !one.value) found.push([`${name}'s placeholder`, ratio(getComputedStyle(one, "::placeholder").color, back), 4.5]);
  if (control || one.matches("button, #drop")) {
    const outside = behind(one.parentElement);
    found.push([`${name}'s edge`, Math.max(ratio(style.borderTopColor, outside), ratio(`rgb(${back.join(",")})`, outside)), 3]);
  }
}
return found;
"""


def can_be_read(browser, name):
    """Text and the edges of controls stand out from what is behind them, in both themes."""
    for dark in (False, True):
        browser.look(1280, 900, dark)
        found = browser.run(CONTRASTS)
        check(len(found) > 10, f"{name}: hardly any text: {found}")
        weak = [f"{what} {ratio:.2f} of {least}" for what, ratio, least in found if ratio < least]
        check(not weak, f"{name} in {'dark' if dark else 'light'}: {weak}")
    browser.look(1280, 900)


def places(browser, selector):
    """Left, top, width and height of all that is shown, as text."""
    return browser.run("""return [...document.querySelectorAll(arguments[0])].filter((one) => one.getClientRects().length)
        .map((one) => { const { x, y, width, height } = one.getBoundingClientRect();
          return `${one.id}: ${[x, y + scrollY, width, height].map(Math.round).join(" ")}`; })""", selector)


def focused(browser):
    """What has the focus, and how wide the line around it is."""
    return browser.run("""const one = document.activeElement; const style = getComputedStyle(one);
        return [one.id || one.ariaLabel || one.textContent.trim(), style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth)];""")


def walks(browser, last, most=30):
    """Presses Tab until `last` has the focus: the names of all stops, each of which can be seen."""
    seen = []
    while (not seen or seen[-1] != last) and len(seen) < most:
        browser.press("Tab")
        name, outline = focused(browser)
        check(outline >= 2, f"the focus on {name} cannot be seen")
        seen.append(name)
    return seen
