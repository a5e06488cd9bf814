package tfkit

import "fmt"

// AddUnlisted refuses a creation that would hide who loses access. says begins the text with who has it now.
func (w *MemberWriter[V]) AddUnlisted(says string) {
	w.Diags.AddAttributeError(w.At, "Others have access already", w.unlisted(says))
}

// WarnUnlisted tells during a plan of what the apply would be refused for.
func (w *MemberWriter[V]) WarnUnlisted(says string) {
	w.Diags.AddAttributeWarning(w.At, "The apply will be refused while others have access",
		w.unlisted(says)+"\n\nThis is no error yet only because something else in this run could take their access away first.")
}

func (w *MemberWriter[V]) unlisted(says string) string {
	return fmt.Sprintf(`Attribute %s: %s A creation never takes access away, since no plan would show it.

Either add them to the map, or import what is there; the plan then shows each removal as a line:

  import {
    to = %s.NAME
    id = %q
  }`, w.At, says, w.TypeName, w.ImportID)
}

// WarnTakenOver tells of those who were there before Terraform came, as something else.
func (w *MemberWriter[V]) WarnTakenOver(done, before Members[V]) {
	for _, email := range done.Emails() {
		one, existed := before[email]
		if !existed {
			continue
		}
		for _, d := range done[email].Value.DiffersFrom(one.Value) {
			at := w.place(done[email].Key)("/" + d.Attribute)
			w.Diags.AddAttributeWarning(at, "Changed while taking over",
				fmt.Sprintf("Attribute %s: %s existed already, with the %s %q, and has the %s %q now.", at, w.API.What(done[email].Key), d.Attribute, d.Before, d.Attribute, d.After))
		}
	}
}

// AddHalfCreated tells how to keep a creation that failed half-way from being undone.
func (w *MemberWriter[V]) AddHalfCreated(done, failed int) {
	w.Diags.AddError("Created in part", fmt.Sprintf(`%d of %d %s could not be written; what was done is in state. Since the creation failed, Terraform marks the resource as tainted, and the next apply would take everybody's access away to begin anew. Before that, run

  terraform untaint %s.NAME

with the address of this resource. The next apply then only writes what is missing.`, failed, done+failed, w.Plural, w.TypeName))
}

// AddHalfUpdated tells what an update that failed half-way left; waiting is how many removals it did not begin.
func (w *MemberWriter[V]) AddHalfUpdated(done, failed, waiting int) {
	text := fmt.Sprintf("%d of %d %s could not be written; what was done is in state.", failed, done+failed, w.Plural)
	if waiting > 0 {
		text += fmt.Sprintf(" Nobody's access was taken away yet: that waits until those who are to have access have it (%d to go).", waiting)
	}
	w.Diags.AddError("Updated in part", text+" Apply again when the cause is gone.")
}
