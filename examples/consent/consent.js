// The lines to paste. The tag waits (`data-consent="required"`) and the consent platform answers through the IAB's TCF, be it
// before the tag has loaded, when the visitor has answered on an earlier page, or long after.

/** Purposes of the TCF that this site's events rest on. Which they are is for the site's lawyers to say. */
const PURPOSES = [1, 7]

/** Webmarketer's own script issues the tracker ID, and waits for consent likewise. The tag takes the ID when it comes. */
let tracker
const loadTracker = () => {
  if (tracker) return
  tracker = document.createElement('script')
  tracker.src = 'ndrstnd-stand-in.js'
  document.head.append(tracker)
}

__tcfapi('addEventListener', 2, (tcData, success) => {
  // While the question is on the screen there is no answer yet.
  if (!success || tcData.eventStatus === 'cmpuishown') return
  const granted = tcData.gdprApplies === false || PURPOSES.every((id) => tcData.purpose.consents[id])
  wmkt('consent', granted ? 'granted' : 'denied')
  if (granted) loadTracker()
})
