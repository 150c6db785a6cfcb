import asyncio
import os
import random
import time
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel


class Hello(BaseModel):
    hello: str


class Item(BaseModel):
    id: int
    name: str
    price: float
    tags: list[str]
    description: str


class Document(BaseModel):
    items: list[Item]


class World(BaseModel):
    id: int
    randomNumber: int


def document(count: int) -> Document:
    return Document(
        items=[
            Item(
                id=i,
                name=f"Item number {i}",
                price=i * 1.25,
                tags=["red", "green", "blue"],
                description="An item like any other, with a text of some length.",
            )
            for i in range(count)
        ]
    )


document_10k = document(70)
document_200k = document(1400)

with open("/app/VERSION") as file:
    version = file.read().strip()

templates = Jinja2Templates(directory="templates")

# The same database a millisecond away, as over a network.
AWAY = "CROSS JOIN pg_sleep(0.001)"


@asynccontextmanager
async def lifespan(app: FastAPI):
    # 32 connections at most in each process, as of all asynchronous contenders. asyncpg prepares each statement itself.
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], max_size=32) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


async def acquire(request: Request):
    async with request.app.state.pool.acquire() as connection:
        yield connection


Connection = Annotated[asyncpg.Connection, Depends(acquire)]


async def world(connection: asyncpg.Connection, place: str) -> World:
    row = await connection.fetchrow(
        f"SELECT id, randomnumber FROM world {place} WHERE id = $1", random.randint(1, 10000)
    )
    return World(id=row["id"], randomNumber=row["randomnumber"])


async def worlds(connection: asyncpg.Connection, place: str) -> list[World]:
    return [await world(connection, place) for _ in range(20)]


async def fortunes(request: Request, connection: asyncpg.Connection, place: str) -> HTMLResponse:
    found = [tuple(row) for row in await connection.fetch(f"SELECT id, message FROM fortune {place}")]
    found.append((0, "Additional fortune added at request time."))
    found.sort(key=lambda fortune: fortune[1])
    return templates.TemplateResponse(request, "fortunes.html", {"fortunes": found})


@app.get("/json")
async def json() -> Hello:
    return Hello(hello="world")


@app.get("/json/10k")
async def json_10k() -> Document:
    return document_10k


@app.get("/json/200k")
async def json_200k() -> Document:
    return document_200k


@app.get("/db")
async def db(connection: Connection) -> World:
    return await world(connection, "")


@app.get("/queries")
async def queries(connection: Connection) -> list[World]:
    return await worlds(connection, "")


@app.get("/fortunes", response_class=HTMLResponse)
async def near_fortunes(request: Request, connection: Connection):
    return await fortunes(request, connection, "")


@app.get("/away/db")
async def away_db(connection: Connection) -> World:
    return await world(connection, AWAY)


@app.get("/away/queries")
async def away_queries(connection: Connection) -> list[World]:
    return await worlds(connection, AWAY)


@app.get("/away/fortunes", response_class=HTMLResponse)
async def away_fortunes(request: Request, connection: Connection):
    return await fortunes(request, connection, AWAY)


@app.get("/wait")
async def wait() -> dict[str, int]:
    await asyncio.sleep(0.02)
    return {"waited": 20}


@app.get("/cpu")
async def cpu() -> dict[str, int]:
    """Computes until 2 ms of CPU time are used."""
    end = time.thread_time() + 0.002
    total = 0
    while time.thread_time() < end:
        for step in range(500):
            total = (total * 31 + step) % 1000003
    return {"computed": 2}


@app.get("/cached")
async def cached(response: Response) -> Hello:
    response.headers["Cache-Control"] = "s-maxage=1"
    return Hello(hello="world")


@app.get("/version")
async def tell_version() -> dict[str, str]:
    return {"version": version}


@app.post("/upload")
async def upload(request: Request) -> dict[str, int]:
    return {"length": len(await request.body())}


@app.post("/block")
async def block(ms: int) -> dict[str, int]:
    """Holds up this process for so long, whatever else it has to do."""
    end = time.monotonic() + ms / 1000
    while time.monotonic() < end:
        pass
    return {"blocked": ms}
