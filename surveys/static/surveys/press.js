// Nothing moves under a finger: what appears above a button while it is pressed would push it away, and the press be lost.

// A click comes just after the finger is lifted; a press that lasts much longer than a click is none.
const CLICK_COMES = 100;
const LONGEST = 5000;

export class Press {
  constructor() {
    this.down = false;
    this.late = null;
    const when = (name, act) => document.addEventListener(name, act, true);
    when("pointerdown", () => { this.down = true; this.release(LONGEST); });
    when("pointerup", () => this.release(CLICK_COMES));
    when("pointercancel", () => this.release(0));
    // What the click itself brings about is shown at once.
    when("click", () => { this.down = false; this.release(0); });
  }

  // Shows now, or once nothing is pressed any more; the last that was asked for is enough.
  show(draw) {
    this.late = this.down ? draw : null;
    if (!this.down) draw();
  }

  release(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.down = false;
      if (this.late) this.show(this.late);
    }, wait);
  }
}
