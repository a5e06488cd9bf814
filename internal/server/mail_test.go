package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/pgtest"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/relay"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/server/smtptest"
)

const mailFrom = "portal@northwind-msp.example"

func startRelay(t *testing.T, o smtptest.Options) *smtptest.Server {
	t.Helper()
	s, err := smtptest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// tell has the server send a mail to so many addresses, it0@initech.example and so on.
func tell(t *testing.T, base string, addresses int) {
	t.Helper()
	var list []string
	for i := range addresses {
		list = append(list, fmt.Sprintf("it%d@initech.example", i))
	}
	tellThese(t, base, "cus_initech2222222222222", list...)
}

// tellThese sends one to each of these, about a customer whose phones nobody managed so far.
func tellThese(t *testing.T, base, customer string, addresses ...string) {
	t.Helper()
	status, body := ask(t, http.MethodPut, base+"/v1/customers/"+customer+"/access-roles/phone_manager",
		`{"notify_emails":["`+strings.Join(addresses, `","`)+`"]}`, "Authorization", "Bearer "+signIn(t, base), "Content-Type", "application/json")
	if status != http.StatusCreated {
		t.Fatalf("got %d %s", status, body)
	}
}

// arrived waits until the relay has so many mails, and answers how many came to each address.
func arrived(s *smtptest.Server, want int) map[string]int {
	return arrivedWhen(s, func(to map[string]int) bool {
		all := 0
		for _, times := range to {
			all += times
		}
		return all >= want
	})
}

// arrivedWhen waits for what is true of how many came to each address.
func arrivedWhen(s *smtptest.Server, enough func(to map[string]int) bool) map[string]int {
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(10 * time.Millisecond) { // longer than any relay is left alone
		to := map[string]int{}
		for _, m := range s.Mails() {
			to[m.To[0]]++
		}
		if enough(to) || time.Now().After(deadline) {
			return to
		}
	}
}

// kill -9 in the middle of sending: what was sent is not sent again, what was not is. Only the mail that was under way at
// the moment of a kill waits for its lease to end, since it may have arrived.
func TestKilledWhileMailing(t *testing.T) {
	t.Parallel()
	const mails, kills = 60, 2
	trusted := startRelay(t, smtptest.Options{User: "portal", Password: "of the relay", TLS: smtptest.StartTLS})
	trusted.Have(smtptest.Trouble{Delay: 20 * time.Millisecond})
	args := []string{
		database(t), "--seed=testdata/seed.json", "--log-level=warn", "--smtp=" + trusted.Address, "--smtp-from=" + mailFrom, "--smtp-tls=starttls",
		"--smtp-ca-file=" + file(t, "ca.pem", string(trusted.CA)), "--smtp-user=portal", "--smtp-password-file=" + file(t, "password", "of the relay\n"),
	}
	process := start(t, args...)
	tell(t, process.url, mails)
	for i := range kills {
		arrived(trusted, (i+1)*mails/(kills+1))
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait()
		process = start(t, args...)
	}
	// What is due for longer goes first: when this one is there, so is everything that would come twice.
	tellThese(t, process.url, "cus_umbrella222222222222", "last@umbrella.example")
	to := arrivedWhen(trusted, func(to map[string]int) bool { return to["last@umbrella.example"] > 0 })
	if len(to) < mails-kills+1 {
		t.Errorf("only %d of %d mails arrived", len(to), mails+1)
	}
	for address, times := range to {
		if times != 1 {
			t.Errorf("%s was told %d times", address, times)
		}
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait()
	if log := process.log.String(); strings.Contains(log, "@initech") || strings.Contains(log, "of the relay") {
		t.Errorf("the log tells too much: %s", log)
	}
}

// A relay that is not there yet costs requests nothing, and gets everything when it is.
func TestRelayComesLater(t *testing.T) {
	t.Parallel()
	trusted := startRelay(t, smtptest.Options{})
	var looks atomic.Int32
	trusted.Have(smtptest.Trouble{Hello: func() error {
		looks.Add(1)
		return smtptest.Refuse(421, [3]int{4, 3, 2}, "Not yet")
	}})
	process := start(t, database(t), "--seed=testdata/seed.json", "--log-level=warn", "--smtp="+trusted.Address, "--smtp-from="+mailFrom)
	tell(t, process.url, 5)
	for looks.Load() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	trusted.Have(smtptest.Trouble{})
	if to := arrived(trusted, 5); len(to) != 5 {
		t.Errorf("arrived: %v", to)
	}
}

// Two replicas that look at the same time, on each kind of database: every mail arrives once, whatever the relay does to some.
func TestReplicasMail(t *testing.T) {
	t.Parallel()
	databases := map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "portal.db") },
		"postgres": func(t *testing.T) string { return pgtest.Database(t) },
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trusted := startRelay(t, smtptest.Options{})
			handOver, err := relay.New(relay.Options{Address: trusted.Address, From: mailFrom})
			if err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			now := time.Now()
			clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
			dsn := database(t)
			var servers []*server.Server
			for range 2 {
				s, err := server.New(t.Context(), server.Options{Database: dsn, SeedFile: "testdata/seed.json", SecretIterations: 1, Relay: handOver, Now: clock})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = s.Close() })
				servers = append(servers, s)
			}
			web := httptest.NewServer(servers[0].Handler())
			defer web.Close()
			tell(t, web.URL, 30)
			var lost sync.Once
			later := map[string]bool{}
			trusted.Have(smtptest.Trouble{
				Rcpt: func(to string) error {
					mu.Lock()
					defer mu.Unlock()
					switch again := later[to]; {
					case to == "it3@initech.example":
						return smtptest.Refuse(550, [3]int{5, 1, 1}, "No such mailbox")
					case to == "it5@initech.example" && !again:
						later[to] = true
						return smtptest.Refuse(450, [3]int{4, 2, 1}, "Mailbox busy")
					}
					return nil
				},
				LoseAnswer: func(smtptest.Mail) (yes bool) { lost.Do(func() { yes = true }); return yes },
			})
			for range 4 {
				var working sync.WaitGroup
				for _, s := range servers {
					working.Go(func() { _ = s.Service.DoChores(t.Context()) }) // the relay's troubles are errors
				}
				working.Wait()
				mu.Lock()
				now = now.Add(3 * time.Minute)
				mu.Unlock()
			}
			ids := map[string]map[string]int{} // by address
			for _, m := range trusted.Mails() {
				if ids[m.To[0]] == nil {
					ids[m.To[0]] = map[string]int{}
				}
				ids[m.To[0]][m.MessageID]++
			}
			twice := 0
			for address, messages := range ids {
				for _, times := range messages {
					twice += times - 1
				}
				if len(messages) != 1 {
					t.Errorf("%s was told by %v", address, messages)
				}
			}
			if len(ids) != 29 || ids["it3@initech.example"] != nil || twice != 1 {
				t.Errorf("%d addresses were told, %d twice; want 29, and one twice, whose answer was lost", len(ids), twice)
			}
		})
	}
}
