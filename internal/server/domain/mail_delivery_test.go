package domain_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/domain"
)

// relay is one that does as it is told.
type relay struct {
	mu      sync.Mutex
	down    error                     // answers to Connect
	says    func(domain.Letter) error // answers to Send; nil for a relay that takes everything
	tries   int                       // of Connect
	letters []domain.Letter           // all that were sent, whatever was said
}

func (r *relay) Connect(context.Context) (domain.RelaySession, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	return r, r.down
}

func (r *relay) Send(_ context.Context, letter domain.Letter) error {
	r.mu.Lock()
	r.letters = append(r.letters, letter)
	says := r.says
	r.mu.Unlock()
	if says == nil {
		return nil
	}
	return says(letter)
}

func (*relay) Close() error { return nil }

// sent are the subjects of the letters to an address, in order.
func (r *relay) sent(to string) (subjects []string) {
	for _, letter := range r.letters {
		if letter.To == to {
			subjects = append(subjects, letter.Subject)
		}
	}
	return subjects
}

var (
	errLater = &domain.MailRefusal{Code: "451 4.7.1", Text: "Come back later, cto@initech.example"}
	errNever = &domain.MailRefusal{Code: "550 5.1.1", Text: "No such mailbox cto@initech.example", Permanent: true}
	errGone  = errors.New("connection reset by peer")
)

const (
	cto = "cto@initech.example"
	cfo = "cfo@initech.example"
)

// deliver does the chores and answers what went wrong.
func (w *world) deliver() error {
	w.t.Helper()
	return w.s.DoChores(w.t.Context())
}

// tellTwice gives an access role and takes it away, with a mail to both addresses each time.
func (w *world) tellTwice() {
	w.t.Helper()
	w.give(initech, domain.AccessPhoneManager, cto, cfo)
	if err := w.s.DeleteAccessRole(w.t.Context(), w.as("administrator"), initech, domain.AccessPhoneManager, domain.Precondition{}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) mailsTo(to string) []domain.Mail {
	w.t.Helper()
	return slices.DeleteFunc(w.mails(), func(m domain.Mail) bool { return m.To != to })
}

// inOrder fails unless the address was told of the grant and then of its end, once each.
func (w *world) inOrder(to string) {
	w.t.Helper()
	got := w.relay.sent(to)
	if len(got) != 2 || !strings.Contains(got[0], "now has") || !strings.Contains(got[1], "no longer has") {
		w.t.Errorf("%s was told %q", to, got)
	}
}

func TestMailIsHandedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tellTwice()
	for i, m := range w.mailsTo(cto) {
		if m.Status != domain.MailPending || m.Attempts != 0 || m.SentAt != nil || (m.NextAttemptAt != nil) != (i == 0) {
			t.Errorf("before: %+v", m)
		}
	}
	if err := w.deliver(); err != nil {
		t.Fatal(err)
	}
	w.inOrder(cto)
	w.inOrder(cfo)
	for i, m := range w.mails() {
		if m.Status != domain.MailSent || m.Attempts != 1 || m.SentAt == nil || !m.SentAt.Equal(w.now) || m.NextAttemptAt != nil || m.Reason != "" {
			t.Errorf("after: %+v", m)
		}
		letter := w.relay.letters[slices.IndexFunc(w.relay.letters, func(l domain.Letter) bool { return l.ID == m.ID })]
		if letter.To != m.To || letter.Subject != m.Subject || letter.Body != m.Body || !letter.Date.Equal(m.CreatedAt) {
			t.Errorf("letter %d: %+v of %+v", i, letter, m)
		}
	}
	tries := w.relay.tries
	if err := w.deliver(); err != nil || w.relay.tries != tries {
		t.Errorf("the relay is asked although nothing is due: %v", err)
	}
}

// A letter that the relay does not want yet is tried again later and later; the other one to that address waits for it, and
// nobody else does.
func TestMailThatIsDeferred(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.relay.says = func(l domain.Letter) error {
		if l.To == cto {
			return errLater
		}
		return nil
	}
	w.tellTwice()
	err := w.deliver()
	w.inOrder(cfo)
	if err == nil || !strings.Contains(err.Error(), "451") || strings.Contains(err.Error(), "@") {
		t.Errorf("the log gets %v; it must have the code and no address", err)
	}
	held := w.mailsTo(cto)
	if m := held[0]; m.Status != domain.MailPending || m.Attempts != 1 || m.Reason != "451 4.7.1 Come back later, cto@initech.example" ||
		m.NextAttemptAt.Before(w.now.Add(30*time.Second)) || m.NextAttemptAt.After(w.now.Add(time.Minute)) {
		t.Errorf("deferred: %+v", m)
	}
	if m := held[1]; m.Attempts != 0 || m.NextAttemptAt != nil {
		t.Errorf("the mail behind it: %+v", m)
	}
	w.now = w.now.Add(29 * time.Second)
	_ = w.deliver()
	if got := w.relay.sent(cto); len(got) != 1 {
		t.Errorf("tried again at once: %q", got)
	}
	w.now = w.now.Add(time.Minute)
	_ = w.deliver()
	if m := w.mailsTo(cto)[0]; m.Attempts != 2 || m.NextAttemptAt.Before(w.now.Add(time.Minute)) {
		t.Errorf("the second wait is no longer: %+v", m)
	}
	w.relay.says, w.relay.letters = nil, nil
	w.now = w.now.Add(3 * time.Minute)
	if err := w.deliver(); err != nil {
		t.Error(err)
	}
	w.inOrder(cto)
}

func TestMailIsGivenUpAfterDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.relay.says = func(domain.Letter) error { return errLater }
	w.give(initech, domain.AccessPhoneManager, cto)
	began := w.now
	for w.mailsTo(cto)[0].Status == domain.MailPending && w.now.Sub(began) < 30*24*time.Hour {
		w.now = w.now.Add(time.Hour)
		_ = w.deliver()
	}
	if m := w.mailsTo(cto)[0]; m.Status != domain.MailFailed || !strings.Contains(m.Reason, "451") || m.NextAttemptAt != nil {
		t.Errorf("in the end: %+v", m)
	}
	if days := w.now.Sub(began).Hours() / 24; days < 3 || days > 6 {
		t.Errorf("given up after %.1f days", days)
	}
}

// What the relay never wants has failed, with its reason, and is not in the way of the next one.
func TestMailThatIsRefusedForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.relay.says = func(l domain.Letter) error {
		if l.To == cto {
			return errNever
		}
		return nil
	}
	w.tellTwice()
	if err := w.deliver(); err == nil || strings.Contains(err.Error(), "@") {
		t.Errorf("the log gets %v", err)
	}
	w.inOrder(cfo)
	w.inOrder(cto) // both were tried
	for _, m := range w.mailsTo(cto) {
		if m.Status != domain.MailFailed || m.Reason != "550 5.1.1 No such mailbox cto@initech.example" || m.SentAt != nil || m.Attempts != 1 {
			t.Errorf("refused: %+v", m)
		}
	}
	w.now = w.now.Add(24 * time.Hour)
	if err := w.deliver(); err != nil || len(w.relay.sent(cto)) != 2 {
		t.Errorf("tried again: %v", err)
	}
}

// While the relay is down nothing is counted, nothing given up, and it is asked less and less often.
func TestRelayIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.relay.down = errors.New("connection refused")
	w.tellTwice()
	for range 600 {
		_ = w.deliver()
		w.now = w.now.Add(2 * time.Second)
	}
	if w.relay.tries < 10 || w.relay.tries > 40 {
		t.Errorf("asked %d times in 20 minutes", w.relay.tries)
	}
	w.now = w.now.Add(60 * 24 * time.Hour)
	if err := w.deliver(); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("the log gets %v", err)
	}
	for _, m := range w.mails() {
		if m.Status != domain.MailPending || m.Attempts != 0 {
			t.Errorf("while it is down: %+v", m)
		}
	}
	w.relay.down = nil
	w.now = w.now.Add(3 * time.Minute)
	if err := w.deliver(); err != nil {
		t.Error(err)
	}
	w.inOrder(cto)
	w.inOrder(cfo)
}

// A lost answer leaves open whether the letter was taken; it goes again under the same id, before any later one.
func TestAnswerOfTheRelayIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.relay.says = func(l domain.Letter) error {
		if len(w.relay.letters) == 1 {
			return errGone
		}
		return nil
	}
	w.tellTwice()
	if err := w.deliver(); err == nil || len(w.relay.letters) != 1 {
		t.Fatalf("the session went on: %v", err)
	}
	lost := w.relay.letters[0]
	if m := w.mailsTo(lost.To)[0]; m.Status != domain.MailPending || m.Attempts != 1 || strings.Contains(m.Reason, "peer") || m.Reason == "" {
		t.Errorf("lost: %+v", m)
	}
	w.now = w.now.Add(2 * time.Minute)
	if err := w.deliver(); err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, letter := range w.relay.letters {
		ids[letter.ID]++
	}
	if len(ids) != 4 || ids[lost.ID] != 2 || len(w.relay.letters) != 5 {
		t.Errorf("letters by id: %v", ids)
	}
	w.relay.letters = w.relay.letters[1:]
	w.inOrder(cto)
	w.inOrder(cfo)
}

// Several processes on one database share the work: each mail goes out once.
func TestReplicasShareTheMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 20 {
		w.give(initech, domain.AccessPhoneManager, fmt.Sprintf("a%d@initech.example", i), fmt.Sprintf("b%d@initech.example", i))
	}
	want := len(w.mails())
	var working sync.WaitGroup
	for range 3 {
		process := w.service(w.relay)
		working.Go(func() {
			if err := process.DoChores(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	ids := map[string]int{}
	for _, letter := range w.relay.letters {
		ids[letter.ID]++
	}
	if len(ids) != want || len(w.relay.letters) != want {
		t.Errorf("%d letters of %d mails, want one of each of %d", len(w.relay.letters), len(ids), want)
	}
}

// What a process had claimed that was killed goes out when its lease has ended, and not before. If that process was only
// slow, the refusal that it brings after the other one's success changes nothing.
func TestProcessIsKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := &relay{}
	w.relay.says = func(domain.Letter) error { // the other process looks while this one is at it
		process := w.service(other)
		if err := process.DoChores(t.Context()); err != nil {
			t.Error(err)
		}
		if len(other.letters) != 0 {
			t.Error("sent twice while the lease lasts")
		}
		w.now = w.now.Add(16 * time.Minute)
		if err := process.DoChores(t.Context()); err != nil {
			t.Error(err)
		}
		return errNever
	}
	w.give(initech, domain.AccessPhoneManager, cto)
	_ = w.deliver()
	if len(other.letters) != 1 || other.letters[0].ID != w.relay.letters[0].ID {
		t.Errorf("the other process sent %+v", other.letters)
	}
	if m := w.mailsTo(cto)[0]; m.Status != domain.MailSent || m.Attempts != 2 {
		t.Errorf("in the end: %+v", m)
	}
}

// The refusal that a slow process brings late is not the end of a mail that another one has claimed meanwhile.
func TestLateRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	other := &relay{says: func(domain.Letter) error {
		close(begun)
		<-goOn
		return nil
	}}
	var working sync.WaitGroup
	w.relay.says = func(domain.Letter) error {
		w.now = w.now.Add(16 * time.Minute)
		process := w.service(other)
		working.Go(func() {
			if err := process.DoChores(t.Context()); err != nil {
				t.Error(err)
			}
		})
		<-begun
		return errNever
	}
	w.give(initech, domain.AccessPhoneManager, cto)
	_ = w.deliver()
	if m := w.mailsTo(cto)[0]; m.Status != domain.MailPending || m.Attempts != 2 || m.Reason != "" {
		t.Errorf("after the refusal: %+v", m)
	}
	close(goOn)
	working.Wait()
	if m := w.mailsTo(cto)[0]; m.Status != domain.MailSent {
		t.Errorf("in the end: %+v", m)
	}
}

// A chore that takes long is not begun a second time, and keeps no other from being done.
func TestSlowRelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	w.relay.says = func(domain.Letter) error {
		close(begun)
		<-goOn
		return nil
	}
	w.give(initech, domain.AccessPhoneManager, cto)
	var working sync.WaitGroup
	for _, chore := range w.s.Chores() {
		working.Go(func() {
			if err := chore.Do(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	<-begun
	w.create(acme()) // nobody waits for the relay
	if err := w.s.DoDueChores(t.Context()); err != nil || len(w.relay.letters) != 1 {
		t.Errorf("%d letters, %v", len(w.relay.letters), err)
	}
	close(goOn)
	working.Wait()
	if m := w.mailsTo(cto)[0]; m.Status != domain.MailSent {
		t.Errorf("in the end: %+v", m)
	}
}

// Told to end, a process begins no further letter, and writes down what became of the one under way.
func TestProcessEndsWhileItSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, end := context.WithCancel(t.Context())
	w.relay.says = func(domain.Letter) error { end(); return nil }
	w.tellTwice()
	if err := w.s.DoChores(ctx); err != nil {
		t.Error(err)
	}
	var sent int
	for _, m := range w.mails() {
		if m.Status == domain.MailSent {
			sent++
		}
	}
	if len(w.relay.letters) != 1 || sent != 1 {
		t.Errorf("%d letters, %d mails known as sent", len(w.relay.letters), sent)
	}
}

// Without a relay everything waits, however long, for one.
func TestWithoutARelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.service(nil).DoChores(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.tellTwice()
	for _, m := range w.mails() {
		if m.Status != domain.MailPending {
			t.Errorf("%+v", m)
		}
	}
}
