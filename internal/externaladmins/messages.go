package externaladmins

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// failures are errors with the changes that they befell. What concerns no one in particular is told once for all.
type failures []failure

type failure struct {
	key     string
	err     error
	changes []change
}

func (f *failures) add(c change, err error) {
	key := err.Error()
	var refused *client.Error
	var unanswered *client.TransportError
	switch {
	case errors.As(err, &refused) && refused.Field != "":
		key = c.email // one's own
	case errors.As(err, &refused):
		key = fmt.Sprintf("%s %d %s", refused.Code, refused.Status, refused.Detail)
	case errors.As(err, &unanswered):
		key = string(unanswered.Kind)
	}
	for i := range *f {
		if same := &(*f)[i]; same.key == key {
			same.changes = append(same.changes, c)
			return
		}
	}
	*f = append(*f, failure{key, err, []change{c}})
}

func (f *failures) report(w *writer, verb func(change) string) {
	for _, one := range *f {
		c := one.changes[0]
		if len(one.changes) == 1 {
			tfkit.AddErrorAt(w.diags, placeOf(c.member), verb(c)+" "+w.what(c), one.err)
			continue
		}
		inMap := func(string) path.Path { return path.Root(attrAdmins) }
		tfkit.AddErrorAt(w.diags, inMap, fmt.Sprintf("%s %d external administrators of %s: %s",
			verb(c), len(one.changes), w.customerID, nameSome(membersOf(one.changes))), one.err)
	}
}

// addUnlisted refuses a creation that would hide who loses access.
func (w *writer) addUnlisted(others members) {
	w.diags.AddAttributeError(path.Root(attrAdmins), "Others have access already", w.unlisted(others))
}

func (w *writer) warnUnlisted(others members) {
	w.diags.AddAttributeWarning(path.Root(attrAdmins), "The apply will be refused while others have access",
		w.unlisted(others)+"\n\nThis is no error yet only because something else in this run could take their access away first.")
}

func (w *writer) unlisted(others members) string {
	return fmt.Sprintf(`Attribute admins: it does not list everybody who may enter customer %q now: %s. A creation never takes access away, since no plan would show it.

Either add them to the map, or import what is there; the plan then shows each removal as a line:

  import {
    to = %s.NAME
    id = %q
  }`, w.customerID, nameSome(others), typeName, w.customerID)
}

// warnTakenOver tells of those who had access with another role before Terraform came.
func (w *writer) warnTakenOver(done members, before remote) {
	for _, email := range done.emails() {
		if admin, existed := before[email]; existed {
			at := placeOf(done[email])("/" + attrRole)
			w.diags.AddAttributeWarning(at, "Role changed while taking over",
				fmt.Sprintf("Attribute %s: %s had access to %s already, with the role %q, and has the role %q now.", at, done[email].key, w.customerID, admin.Role, done[email].role.ValueString()))
		}
	}
}

func (w *writer) addHalfCreated(done, failed int) {
	w.diags.AddError("Created in part", fmt.Sprintf(`%d of %d external administrators of customer %q could not be written; what was done is in state. Since the creation failed, Terraform marks the resource as tainted, and the next apply would take everybody's access away to begin anew. Before that, run

  terraform untaint %s.NAME

with the address of this resource. The next apply then only writes what is missing.`, failed, done+failed, w.customerID, typeName))
}

func (w *writer) addHalfUpdated(done, failed, waiting int) {
	text := fmt.Sprintf("%d of %d external administrators of customer %q could not be written; what was done is in state.", failed, done+failed, w.customerID)
	if waiting > 0 {
		text += fmt.Sprintf(" Nobody's access was taken away yet: that waits until those who are to have access have it (%d to go).", waiting)
	}
	w.diags.AddError("Updated in part", text+" Apply again when the cause is gone.")
}

// nameSome lists addresses, but not hundreds of them.
func nameSome(some members) string {
	const most = 10
	var names []string
	for _, email := range some.emails() {
		names = append(names, some[email].key)
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
