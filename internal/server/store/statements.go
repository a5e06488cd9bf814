package store

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// maxStatements is how many prepared statements a connection keeps; the queries of the domain are fewer.
const maxStatements = 256

// preparing opens connections that keep the statements they have prepared: for SQLite, preparing takes longer than
// most of our queries do. It is done here because statements of database/sql cannot be prepared on a pool of one
// connection while a transaction has it.
type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(fullConn)
	if !ok {
		return nil, fmt.Errorf("the driver's connection %T lacks a method", conn)
	}
	return &preparedConn{fullConn: full, statements: map[string]fullStmt{}}, nil
}

// fullConn is all that database/sql makes use of in a connection.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedConn runs what has arguments as prepared statements.
type preparedConn struct {
	fullConn
	statements map[string]fullStmt
}

func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if stmt := c.prepared(ctx, query, args); stmt != nil {
		return stmt.ExecContext(ctx, args)
	}
	return c.fullConn.ExecContext(ctx, query, args)
}

func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if stmt := c.prepared(ctx, query, args); stmt != nil {
		return stmt.QueryContext(ctx, args)
	}
	return c.fullConn.QueryContext(ctx, query, args)
}

// prepared answers nil where the query is to be run as it is, which also tells what is wrong with it.
func (c *preparedConn) prepared(ctx context.Context, query string, args []driver.NamedValue) fullStmt {
	if stmt, ok := c.statements[query]; ok || len(args) == 0 || len(c.statements) == maxStatements {
		return stmt
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	full, ok := stmt.(fullStmt)
	if !ok {
		_ = stmt.Close()
		return nil
	}
	c.statements[query] = full
	return full
}

func (c *preparedConn) Close() error {
	for _, stmt := range c.statements {
		_ = stmt.Close() // closing the connection tells what is wrong with it
	}
	return c.fullConn.Close()
}
