// As `nest new` makes it. AppService is injected by the type of a constructor parameter: that needs decorator metadata.
import { Controller, Get, HttpCode, Post, Query, Req, StreamableFile } from '@nestjs/common';
import type { Request } from 'express';
import { AppService } from './app.service.js';

@Controller()
export class AppController {
  constructor(private readonly appService: AppService) {}

  @Get('who')
  who(@Req() request: Request) {
    return {
      worker: process.env.NODE_APP_INSTANCE,
      pid: process.pid,
      ip: request.ip,
      protocol: request.protocol,
      requestId: request.get('x-request-id'),
    };
  }

  @Post('upload')
  @HttpCode(200)
  async upload(@Req() request: Request) {
    return { bytes: await this.appService.count(request) };
  }

  @Get('stream')
  stream(@Query('pause') pause: string = '50'): StreamableFile {
    return new StreamableFile(this.appService.digits(Number(pause)));
  }
}
