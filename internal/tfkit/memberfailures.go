package tfkit

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
)

// memberFailures are errors with the changes that they befell. What concerns no one in particular is told once for all.
type memberFailures[V MemberValue[V]] []memberFailure[V]

type memberFailure[V MemberValue[V]] struct {
	key     string
	err     error
	changes []MemberChange[V]
}

func (f *memberFailures[V]) add(c MemberChange[V], err error) {
	key := err.Error()
	var refused *client.Error
	var unanswered *client.TransportError
	switch {
	case errors.As(err, &refused) && refused.Field != "":
		key = c.Email // one's own
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
	*f = append(*f, memberFailure[V]{key, err, []MemberChange[V]{c}})
}

func (f *memberFailures[V]) report(w *MemberWriter[V], verb func(MemberChange[V]) string) {
	for _, one := range *f {
		c := one.changes[0]
		if len(one.changes) == 1 {
			AddErrorAt(w.Diags, w.place(c.Key), verb(c)+" "+w.API.What(c.Key), one.err)
			continue
		}
		inMap := func(string) path.Path { return w.At }
		AddErrorAt(w.Diags, inMap, fmt.Sprintf("%s %d %s: %s", verb(c), len(one.changes), w.Plural, ChangedMembers(one.changes).Names()), one.err)
	}
}
