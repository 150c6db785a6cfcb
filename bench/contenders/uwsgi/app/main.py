import os
import random
import time

import psycopg2
from flask import Flask, render_template, request

app = Flask(__name__)

with open("/app/VERSION") as file:
    version = file.read().strip()


def document(count):
    return {
        "items": [
            {
                "id": i,
                "name": f"Item number {i}",
                "price": i * 1.25,
                "tags": ["red", "green", "blue"],
                "description": "An item like any other, with a text of some length.",
            }
            for i in range(count)
        ]
    }


document_10k = document(70)
document_200k = document(1400)

# One connection in each process, opened in it: what is opened before uWSGI forks would be shared.
# Autocommit: a transaction around each SELECT would cost two more round trips.
connection = None


def cursor():
    global connection
    if connection is None:
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.autocommit = True
    return connection.cursor()


# The same database a millisecond away, as over a network.
AWAY = "CROSS JOIN pg_sleep(0.001)"


def world(cur, place):
    cur.execute(f"SELECT id, randomnumber FROM world {place} WHERE id = %s", (random.randint(1, 10000),))
    row = cur.fetchone()
    return {"id": row[0], "randomNumber": row[1]}


def db(place):
    with cursor() as cur:
        return world(cur, place)


def queries(place):
    with cursor() as cur:
        return [world(cur, place) for _ in range(20)]


def fortunes(place):
    with cursor() as cur:
        cur.execute(f"SELECT id, message FROM fortune {place}")
        found = cur.fetchall()
    found.append((0, "Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune[1])
    return render_template("fortunes.html", fortunes=found)


@app.get("/json")
def json():
    return {"hello": "world"}


@app.get("/json/10k")
def json_10k():
    return document_10k


@app.get("/json/200k")
def json_200k():
    return document_200k


@app.get("/db")
def near_db():
    return db("")


@app.get("/queries")
def near_queries():
    return queries("")


@app.get("/fortunes")
def near_fortunes():
    return fortunes("")


@app.get("/away/db")
def away_db():
    return db(AWAY)


@app.get("/away/queries")
def away_queries():
    return queries(AWAY)


@app.get("/away/fortunes")
def away_fortunes():
    return fortunes(AWAY)


@app.get("/wait")
def wait():
    time.sleep(0.02)
    return {"waited": 20}


@app.get("/cpu")
def cpu():
    """Computes until 2 ms of CPU time are used."""
    end = time.thread_time() + 0.002
    total = 0
    while time.thread_time() < end:
        for step in range(500):
            total = (total * 31 + step) % 1000003
    return {"computed": 2}


@app.get("/cached")
def cached():
    return {"hello": "world"}, {"Cache-Control": "s-maxage=1"}


@app.get("/version")
def tell_version():
    return {"version": version}


@app.post("/upload")
def upload():
    return {"length": len(request.get_data())}


@app.post("/block")
def block():
    ms = int(request.args["ms"])
    end = time.monotonic() + ms / 1000
    while time.monotonic() < end:
        pass
    return {"blocked": ms}
